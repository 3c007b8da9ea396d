/** Exit codes of gospy: part of its contract, listed in the README. */
export const EXIT_OK = 0
/** The answer could not be given; stderr says why. */
export const EXIT_FAILED = 1
/** Wrong usage (EX_USAGE of sysexits.h). */
export const EXIT_USAGE = 64
