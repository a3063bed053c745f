"""What the simulated Facebook and Instagram share: the Graph API's way of asking and answering.

    fields    `id,message,comments.limit(2){from}`: reading what is asked for
    nodes     answering it, node by node and edge by edge
    faults    Meta's error bodies
    media     fetching and looking into pictures and videos
    login     Facebook Login and the tokens that come of it
    network   the base of both networks: routing, tokens, versions, usage headers

Written from Meta's field lists (facebook-business-sdk-codegen, 2026-04), its guides in stored
copies (2025-07 to 2026-07), its Python SDK, and what other clients report; each doubt stands
beside its line.
"""
