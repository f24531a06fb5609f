/* doctor_scanner.c - stationctl doctor's check of the scanners: there and openable, and what they make of
 * the printed sheet (F7). */
#include "doctor.h"
#include "io/serial.h"
#include <errno.h>
#include <string.h>

/* As the running station has it. */
static void by_status(const struct doctor *d, struct doctor_row *row,
		      const struct settings_scanner *set)
{
	const json_t *scanners = json_object_get(d->status, "scanners"), *scanner;
	size_t i;

	json_array_foreach(scanners, i, scanner)
	{
		const char *name = json_string_value(json_object_get(scanner, "name"));

		if (!name || strcmp(name, set->name) != 0)
			continue;
		if (json_is_true(json_object_get(scanner, "present")))
			doctor_say(row, DOCTOR_OK, "%s: stationd has it open (%s)", set->name,
				   set->device);
		else
			doctor_say(row, DOCTOR_FAIL,
				   "%s: stationd has LOST it (%s): look at its cable", set->name,
				   set->device);
		return;
	}
	doctor_say(row, DOCTOR_WARN,
		   "%s: the running stationd does not know it: 'systemctl restart stationd'",
		   set->name);
}

/* True: it can be opened. */
static bool by_opening(struct doctor_row *row, const struct settings_scanner *set)
{
	int r = serial_try(set);

	if (r == 0)
		doctor_say(row, DOCTOR_OK, "%s: %s opens", set->name, set->device);
	else if (!doctor_denied(row, r, set->device))
		doctor_say(row, DOCTOR_FAIL, "%s: %s is %s%s", set->name, set->device,
			   serial_reason(r),
			   r == -ENOENT ? ": plug it in; 'ls /dev/serial/by-id' shows what there is"
					: "");
	if (strncmp(set->device, "/dev/ttyUSB", 11) == 0 ||
	    strncmp(set->device, "/dev/ttyACM", 11) == 0)
		doctor_say(row, DOCTOR_WARN,
			   "%s: that name changes with the socket: name it by /dev/serial/by-id",
			   set->name);
	return r == 0;
}

void doctor_scanner(struct doctor *d, struct doctor_row *row)
{
	const struct settings *s = d->settings;

	if (s->scanners == 0)
		doctor_say(row, DOCTOR_WARN, "none is set up ([scanner NAME] device)");
	for (unsigned i = 0; i < s->scanners; i++) {
		if (d->status)
			by_status(d, row, &s->scanner[i]);
		else
			(void)by_opening(row, &s->scanner[i]);
	}
}
