// SPDX-License-Identifier: Apache-2.0
/** What the tests of more than one package need. */
@NullMarked
package org.thecanary.credentials;

import org.jspecify.annotations.NullMarked;
