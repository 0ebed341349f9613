/* statdata.h - counts, under the name that older programs include; all of administration is in emsadmin.h. */
#include "emsadmin.h"
