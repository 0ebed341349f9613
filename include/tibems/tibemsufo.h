/* tibemsufo.h - unshared-state connections, under the name that older programs include; the whole API is in tibems.h. */
#ifndef TIBEMS_TIBEMSUFO_H
#define TIBEMS_TIBEMSUFO_H

#include "tibems.h"

/* The name that some manuals give to the call. */
#define tibemsConnectionFactory_RecoverConnection tibemsUFOConnectionFactory_RecoverConnection

#endif /* TIBEMS_TIBEMSUFO_H */
