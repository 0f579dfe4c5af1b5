"""Requests of a party: ``client`` finds the way, ``channel`` addresses, signs, judges, ``transport`` sends.

In come typed calls of every module; out go answers, and results that are awaited. How a request of somebody
else is served is not known here.
"""
