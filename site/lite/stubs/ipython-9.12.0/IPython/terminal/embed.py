"""Stands in for IPython in a terminal, which a browser does not have; with it goes the library that draws its prompt."""


def embed(**_options):
    """Say that there is no terminal."""
    raise RuntimeError("IPython cannot be embedded in a browser: there is no terminal")
