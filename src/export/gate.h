/* gate.h - who may take an export by plugging in a stick: [export] who. */
#ifndef EXPORT_GATE_H
#define EXPORT_GATE_H
#include "options.h"

#define GATE_WHY 256

/* True: it may be. Else why not, for a person. In the mode `key` it reads two small files of the
 * stick, in `badge` the station's status. */
bool gate_look(const struct options *o, char why[GATE_WHY]);
#endif
