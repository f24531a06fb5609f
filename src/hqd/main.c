/* main.c - hqd: the reference headquarters. Reads the command line, then serves, or runs one
 * command on the database. */
#include "command.h"
#include "io/log.h"
#include "options.h"
#include "server.h"
#include <signal.h>

int main(int argc, char **argv)
{
	struct options o;
	int code = options_read(argc, argv, &o);

	if (code >= 0)
		return code;
	(void)signal(SIGPIPE, SIG_IGN); /* a reader that goes away is seen as EPIPE */
	log_open("hqd", LOG_LEVEL_INFO);
	switch (o.command) {
	case OPTIONS_SERVE:
		return server_run(&o);
	case OPTIONS_IMPORT:
		return command_import(&o);
	case OPTIONS_EXPORT:
		return command_export(&o);
	case OPTIONS_STATUS:
		return command_status(&o);
	case OPTIONS_PHOTO:
		return command_photo(&o);
	}
	return OPTIONS_USAGE;
}
