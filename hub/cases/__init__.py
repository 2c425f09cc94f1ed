"""What people work on. The decisions are pure (``incident``); ``intake`` carries them out in one transaction."""
