"""How well the pipeline tells people apart: `doorward-admin evaluate`."""
