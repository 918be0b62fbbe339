"""What becomes of the line `%pip install ...`."""


async def get_transformed_code(_arguments):
    """Return code that says that nothing can be installed."""
    return "import micropip as _micropip; await _micropip.install()"
