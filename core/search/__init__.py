"""Who of the many is it: the engines that a gallery can be searched with, each the only one that knows its library.

`core.gallery` itself is the exact one. What they all promise stands in `core.search.engine`.
"""
