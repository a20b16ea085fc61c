// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.thecanary.client.Acknowledgement;

/**
 * A message that came.
 *
 * @param retained whether the broker had kept it
 * @param acknowledgement given when the database has what is in it
 */
record Arrival(
        String topic,
        byte[] payload,
        boolean retained,
        long arrivedMillis,
        Acknowledgement acknowledgement) {}
