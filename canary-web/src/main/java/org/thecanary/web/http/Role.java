// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.http;

/** What a person may do. */
public enum Role {
    /** See everything. */
    VIEWER,
    /** And set rates and thresholds. */
    OPERATOR
}
