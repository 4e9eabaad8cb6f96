"""Long work with progress, run by the worker in steps: bulk changes, imports."""
