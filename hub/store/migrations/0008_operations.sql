-- What was committed in a day is found without reading every batch: for the status, for checks, and to drop what is over.
create index batch_committed on batch using brin (committed_at) with (pages_per_range = 16, autosummarize = on);
