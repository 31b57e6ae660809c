"""Pictures of the declared network: SVG, DOT, Mermaid and JSON. Pure: text and data in, text out.

``levels`` draws the four levels as bands, ``geography`` the map, ``site_view`` one site; ``graphs``, ``dot`` and
``mermaid`` give the same parts of the network to other programs, ``document`` to any program.
"""
