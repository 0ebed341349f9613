/* tibufo.h - unshared-state connections, under the other name that older programs include. */
#include "tibemsufo.h"
