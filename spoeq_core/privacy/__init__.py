"""A person's own data: a copy of it, and its erasure, derived from what each domain and plugin says it keeps."""
