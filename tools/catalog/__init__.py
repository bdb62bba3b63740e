"""Parts of tools/import_catalog.py."""
