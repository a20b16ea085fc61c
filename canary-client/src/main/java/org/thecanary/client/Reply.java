// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

/** Where the outcome of a request goes; called once, on the client's loop. */
interface Reply<T> {

    void done(T result);

    void failed(ClientException why);
}
