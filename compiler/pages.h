/* Pages that cnnc writes, as templates: the .html.in files beside this. */
#ifndef CNNC_PAGES_H
#define CNNC_PAGES_H

#include "backend/emit/embedded.h"

extern const embedded_text pages[]; /* ends with path NULL */

#endif
