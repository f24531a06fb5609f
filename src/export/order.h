/* order.h - what is to be exported, and how. */
#ifndef EXPORT_ORDER_H
#define EXPORT_ORDER_H
#include <stdbool.h>

struct order {
	const char *dir;	/* the stick, or any folder */
	const char *journal;	/* path of the database */
	bool all;		/* the whole journal, instead of what is not acknowledged */
	const char *cert, *key; /* PEM files to sign with; "" = there are none */
	const char *encrypt_to; /* PEM file of who may read it; "" = anybody */
};
#endif
