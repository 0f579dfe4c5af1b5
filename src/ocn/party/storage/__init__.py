"""What a party must not forget: its registration, and objects of OCPI, behind one port.

Two storages stand here, of which one forgets at exit, and handlers that serve and fill whichever is used.
"""
