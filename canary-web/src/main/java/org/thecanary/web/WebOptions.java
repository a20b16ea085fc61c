// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Transport;
import org.thecanary.sensor.SensorOptions.Credential;
import org.thecanary.web.history.Database;
import org.thecanary.web.history.Retention;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;

import javax.net.ssl.SSLContext;

/**
 * All there is to say about a web app before it starts.
 *
 * @param broker where the measurements come from
 * @param credential null: come in without a name
 * @param clientId names the session at the broker, which keeps messages while the web app is away
 * @param folder holds the history and who may log in; is made where it is missing
 * @param database has the history instead, and is closed with the web app; null: SQLite in the folder
 * @param listen where browsers come to; port 0: any
 * @param administration of the broker
 * @param tls null: plain HTTP
 * @param webhook gets a POST for each alarm; null: none
 * @param retention how long what is kept
 */
public record WebOptions(
        Transport broker,
        @Nullable Credential credential,
        String clientId,
        Path folder,
        Administration administration,
        @Nullable Database database,
        InetSocketAddress listen,
        @Nullable SSLContext tls,
        @Nullable URI webhook,
        Retention retention) {}
