"""Stands in for micropip, which installs packages: a lab brings all that it needs, and nothing is fetched from elsewhere."""

MESSAGE = (
    "a lab brings all that it needs; other packages cannot be installed here, only in Jupyter on a computer\n"
    "（实验自带所需的一切；要安装其他软件包，请在电脑上用 Jupyter 打开实验）"
)


async def install(*_requirements, **_options):
    """Say that nothing can be installed."""
    raise ModuleNotFoundError(MESSAGE)
