"""What is known, as a plan needs it: who is there, until when, needs and takes how much, at which price.

Pure: nothing here sends, stores or waits.
"""
