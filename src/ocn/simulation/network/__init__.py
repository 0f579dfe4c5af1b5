"""The local network: processes of a chain and of nodes, and the directories that they leave."""
