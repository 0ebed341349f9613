/* dest.h - destinations, under the name that older programs include; the whole API is in tibems.h. */
#include "tibems.h"
