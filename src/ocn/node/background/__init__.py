"""What a node does beside relaying: forget what has expired, notice what other replicas changed."""
