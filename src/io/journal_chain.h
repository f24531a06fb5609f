/* journal_chain.h - the chain in the database: its head and its anchor, what is appended, and what
 * is verified of it at every opening. Private to journal*.c. All return 0 or -errno. */
#ifndef IO_JOURNAL_CHAIN_H
#define IO_JOURNAL_CHAIN_H
#include "journal_db.h"

/* Makes tables, marks and meta in the transaction that is open. */
int journal_chain_schema(struct journal_db *db);
/* Adds what a database of an older version lacks; likewise. */
int journal_chain_upgrade(struct journal_db *db);
/* Reads meta and verifies the last JOURNAL_DB_TAIL events; fills journal, board, head, anchor. */
int journal_chain_load(struct journal_db *db);
/* Gives journal, seq and prev to the events and inserts them in the transaction that is open; the
 * head moves (whoever rolls back puts it back). -EMSGSIZE: one can't be encoded, nothing of this
 * call was inserted. */
int journal_chain_append(struct journal_db *db, struct event *events, size_t count);
/* Inserts one line, encoded for this head, in the transaction that is open; the head moves. */
int journal_chain_line(struct journal_db *db, const char *line, size_t len);
/* Hash of one event, or of the anchor. -ENOENT: neither. */
int journal_chain_hash(struct journal_db *db, uint64_t seq, uint8_t hash[EVENT_HASH]);
/* The last event that retention removed and its hash, from meta; 0 and zeros: none. */
int journal_chain_anchor(struct journal_db *db, uint64_t *seq, uint8_t hash[EVENT_HASH]);
int journal_chain_anchor_set(struct journal_db *db, uint64_t seq, const uint8_t hash[EVENT_HASH]);
/* Headquarters has it up to seq: kept within what is here, without a sync of its own. */
int journal_chain_acked(struct journal_db *db, uint64_t seq);
#endif
