"""What the REST API takes beside the bare engine, and whether it answers right under load: `python -m api.bench`.

Run by `doorward-admin bench api` and `bench traffic` in a process of its own, as core does not know the API.
"""
