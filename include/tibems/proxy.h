/* proxy.h - the web proxy of factories, under the name that older programs include; the whole API is in tibems.h. */
#include "tibems.h"
