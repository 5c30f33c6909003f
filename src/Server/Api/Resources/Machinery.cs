using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;

namespace Tallystick.Server.Api.Resources;

/// <summary>What changes are made with in this product.</summary>
internal static class Machinery
{
    /// <summary>All kinds, the rules of access, and the events.</summary>
    internal static ChangeMachinery New() =>
        new(AllKinds.Catalog, new AccessRules(), new ChangeEvents([new AccountCodes()]));

    /// <summary>Changes documents where no server runs, as commands and tests do.</summary>
    internal static ResourceService NewService(
        IDocumentStore store, IClock clock, params IChangeListener[] listeners) =>
        new(store, New(), clock, new ChangeFeed(listeners));
}
