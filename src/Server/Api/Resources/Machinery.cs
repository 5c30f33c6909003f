using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;

namespace Tallystick.Server.Api.Resources;

/// <summary>Creates the services through which this product changes documents.</summary>
internal static class Machinery
{
    /// <summary>Combines all kinds, the access rules, and the events.</summary>
    internal static ChangeMachinery New() =>
        new(AllKinds.Catalog, new AccessRules(), new ChangeEvents([new AccountCodes()]));

    /// <summary>Creates a service for use without a server, such as in commands and tests.</summary>
    internal static ResourceService NewService(
        IDocumentStore store, IClock clock, params IChangeListener[] listeners) =>
        new(store, New(), clock, new ChangeFeed(listeners));
}
