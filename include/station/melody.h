/* melody.h - how the panel's tones sound on a buzzer. No two share a rhythm, so that a buzzer that
 * knows one pitch only still tells them apart (F8); pitch makes it easier where there is PWM. */
#ifndef STATION_MELODY_H
#define STATION_MELODY_H
#include "station/panel.h"
#include <stdint.h>

#define MELODY_MS_MAX 1000 /* no tone is longer */

/* What sounds elapsed_ms after the tone began: a pitch in Hz, 400..4000, or 0 = silence. *left_ms:
 * milliseconds until that changes; 0 = the tone is over. */
uint16_t melody_at(enum panel_tone tone, uint64_t elapsed_ms, uint32_t *left_ms);
#endif
