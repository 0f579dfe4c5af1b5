"""What is played on the local network: who takes part, scene after scene, and what came of it."""
