"""A claim against a price: verdict, causes and evidence.

``verify`` begins here, ``judging`` comes to the verdict, ``causes`` asks the engine again with one
deviation at a time.
"""
