/** When a backup is due: cron in a time zone, slots of tiers, the next moment to look. Pure; the cron library stays behind one class. */
package dev.remuda.schedule;
