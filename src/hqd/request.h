/* request.h - one HTTP request from its first line to its answer (callbacks of libmicrohttpd). */
#ifndef HQD_REQUEST_H
#define HQD_REQUEST_H
#include <microhttpd.h>
#include <stddef.h>

/* cls of both: struct front. The connection's socket context is its struct conn. */
enum MHD_Result request_handle(void *cls, struct MHD_Connection *connection, const char *url,
			       const char *method, const char *version, const char *data,
			       size_t *len, void **own);
void request_done(void *cls, struct MHD_Connection *connection, void **own,
		  enum MHD_RequestTerminationCode code);
#endif
