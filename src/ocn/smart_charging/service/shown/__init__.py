"""From what is known and planned of a site to what is shown of it; nothing here changes anything."""
