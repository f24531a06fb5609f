/* journal_sql.h - the journal's schema and statements. Private to journal*.c. */
#ifndef IO_JOURNAL_SQL_H
#define IO_JOURNAL_SQL_H
#include "journal_db.h"

extern const char journal_sql_schema[];
/* For a database made before lists had tracking numbers. */
extern const char journal_sql_upgrade[];
extern const char *const journal_sql_query[JOURNAL_DB_QUERIES];
#endif
