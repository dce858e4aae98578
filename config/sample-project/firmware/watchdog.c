/* Restarts the controller when its main loop has not reported for WATCHDOG_MS. */
#include <stdint.h>

#define WATCHDOG_MS 1600u

static volatile uint32_t last_report_ms;

void watchdog_report(uint32_t now_ms) { last_report_ms = now_ms; }

/* Called by the timer interrupt every 100 ms; returns 1 when the controller must be restarted. */
int watchdog_tick(uint32_t now_ms) { return now_ms - last_report_ms > WATCHDOG_MS; }
