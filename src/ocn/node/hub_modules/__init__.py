"""What the node answers itself: versions, credentials, and OcnRules.

Configuration modules concern the platform and this hub alone, so nothing here is routed and no routing
header is looked at (HUB-03).
"""
