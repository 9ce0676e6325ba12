/** Which backups stay, for how long and why, and which are to go. Pure. */
package dev.remuda.retention;
