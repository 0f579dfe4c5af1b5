"""Limits from a grid operator by OSCP 2.0: a Capacity Provider tells this Flexibility Provider its capacity.

In come UpdateGroupCapacityForecast and Heartbeat, over HTTP, from whoever has the token; they go to the limit
feed of the site that the group stands for. It is the half of OSCP that a planner needs: nobody registers,
nothing is measured or asked for. It knows no planning.
"""
