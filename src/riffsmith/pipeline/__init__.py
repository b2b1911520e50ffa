"""From a folder to a run, and from a name to a model, as the commands and the studio share it.

Import from its modules: who plays a model need not wait until the code of the training is loaded.
"""
