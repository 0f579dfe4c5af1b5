"""May they? Decides by what the receiver and this node demand; pure.

Enters: ``Addressed``. Leaves: ``Permitted``. Of a remote receiver no rules are kept here: its own
node applies them when the message arrives. Whoever else asks whether a platform wants a sender, such as
client info, asks :mod:`ocn.node.ocn_rules`, which knows no stage.
"""
