/* sequences.h - sequences of frames on standard input (sequences.c), a part of reader. */
#ifndef PERF_SEQUENCES_H
#define PERF_SEQUENCES_H

/* Prints a line for each sequence: 1 if there is something to read, frames of the table alone that
 * woke the gate, 1 if what came did not; then for the camera, the camera by the others' rules, zbar
 * and ZXing: 1 if the truth was told, other texts that were, microseconds of CPU for its frames. */
int sequences_run(void);
#endif
