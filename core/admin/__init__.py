"""doorward-admin: everything an operator does at a shell."""
