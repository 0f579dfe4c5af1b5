"""The scenes of the play: each does one thing with a CPO and checks what came of it, byte and digit.

A scene takes the :class:`~ocn.simulation.play.scenes.stage.Stage`, returns one line for the summary, and
raises :class:`~ocn.simulation.errors.StepFailed` when something is not as it must be.
"""
